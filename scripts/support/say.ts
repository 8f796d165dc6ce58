/** One line for the person at the terminal. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Ends the command with a sentence that says what is wrong and what to do; never a stack. */
export function giveUp(line: string): never {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}
