"""The list formats that technicians bring, one module a family."""
