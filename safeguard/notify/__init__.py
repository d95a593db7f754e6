"""Telling staff: the senders of messages, and what decides when one is sent."""
