/** A rule of `docs/security.md`, and a small change of the code that breaks it. */
export interface Mutation {
  /** The id of the rule's row: `A1` of the checklist, `#7` of the negative catalogue. */
  rule: string
  /** What the broken code does. */
  breaks: string
  change: Change
}

/** By file: texts that each occur exactly once in the file, and their replacements. */
type Change = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * The files that a mutation changes, with their new content.
 * @param read the source of a file
 * @returns undefined when a text does not occur exactly once, because the source has changed
 */
export function mutate(
  { change }: Mutation,
  read: (file: string) => string,
): Map<string, string> | undefined {
  const changed = new Map<string, string>()
  for (const [file, replacements] of Object.entries(change)) {
    let source = read(file)
    for (const [text, replacement] of Object.entries(replacements)) {
      const parts = source.split(text)
      if (parts.length !== 2) return undefined
      source = parts.join(replacement)
    }
    changed.set(file, source)
  }
  return changed
}
