"""Reads question spreadsheets as they are common in China, with what Excel made of their cells."""
