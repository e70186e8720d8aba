/** A command cannot do what it was asked; the message is for a person and says what to do. Status 1, no stack. */
export class CommandError extends Error {}
