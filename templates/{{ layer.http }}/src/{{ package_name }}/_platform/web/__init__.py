"""HTTP: what every pilot that answers over it has, so that its own code is about its subject alone.

Keys or bearer tokens with scopes, limits, problem details (RFC 9457), request and trace ids, idempotency keys,
metrics by route, health and readiness, a graceful end.
"""
