"""The pack that an architecture board asks for, built from a reference architecture's data and the chosen answers."""
