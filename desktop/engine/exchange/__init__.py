"""Conversations that leave the program and come into it: own JSON, Markdown, HTML; other programs' exports."""
