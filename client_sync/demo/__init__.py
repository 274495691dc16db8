"""A patrol day by the reference client: five phones, mishaps included. Invents nothing about the server it talks to."""
