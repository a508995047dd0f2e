"""The published JSON Schemas of the manifests, and a validator for the part of the standard that they use."""
