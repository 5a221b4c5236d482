"""Models of several providers behind one protocol."""
