"""The product: rules, use cases, storage and the ways in and out, under one import name everywhere."""
