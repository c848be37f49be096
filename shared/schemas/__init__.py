"""What the world may send and what it gets: pydantic models, from which the OpenAPI file is made (API.md)."""
