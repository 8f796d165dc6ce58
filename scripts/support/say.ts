/** Prints a line for the person at the terminal. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Ends the command with an error text that says what to do, without a stack. */
export function giveUp(line: string): never {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}
