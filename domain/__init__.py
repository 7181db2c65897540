"""What is true of the work: facts, commands and rules, without clock, chance or input and output."""
