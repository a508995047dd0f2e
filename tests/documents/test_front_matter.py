from pilotline.documents.front_matter import split_front_matter


def test_data_at_the_beginning_is_told_from_the_text():
    found = split_front_matter("---\r\napproved: true\r\n---\r\n# Title\n---\nmore\n")
    assert found == ({"approved": True}, "# Title\n---\nmore\n")


def test_a_file_without_data_has_none():
    assert split_front_matter("# Title\n---\napproved: true\n---\n") is None
