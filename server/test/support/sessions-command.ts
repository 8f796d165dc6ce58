import { sessionsCommand } from '../../src/commands/sessions.ts'

/** What the command `sessions` prints, with these settings. */
export async function runSessionsCommand(env: Record<string, string>, ...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) }
  const exitCode = await sessionsCommand(args, env, output)
  return { exitCode, out, err: err.join('\n') }
}
