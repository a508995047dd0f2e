"""A small issuer of tokens, as a process of its own: discovery, its keys, and tokens for whoever asks."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


class Issuer(ThreadingHTTPServer):
    """Signs by its newest key."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.keys = [new_key()]

    @property
    def name(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def documents(self) -> dict[str, object]:
        listed = [
            {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": str(place), "use": "sig", "alg": "RS256"}
            for place, key in enumerate(self.keys)
        ]
        discovery = {"issuer": self.name, "jwks_uri": f"{self.name}/keys"}
        return {"/.well-known/openid-configuration": discovery, "/keys": {"keys": listed}}

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        life = int(asked.pop("life", "60"))
        claims = {"iss": self.name, "iat": now, "exp": now + life, "aud": "pilot", "sub": "clerk-7", **asked}
        place = len(self.keys) - 1
        return jwt.encode(claims, self.keys[place], algorithm="RS256", headers={"kid": str(place)})


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Handler(BaseHTTPRequestHandler):
    """Answers with JSON."""

    server: Issuer

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        found = self.server.documents().get(place.path)
        if place.path == "/token":
            found = self.server.token({name: values[0] for name, values in parse_qs(place.query).items()})
        elif place.path == "/rotate":
            self.server.keys.append(new_key())
            found = len(self.server.keys)
        content = json.dumps(found).encode()
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    issuer = Issuer()
    sys.stdout.write(f"{issuer.name}\n")
    sys.stdout.flush()
    issuer.serve_forever()
