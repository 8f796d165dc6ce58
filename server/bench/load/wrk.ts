import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMs } from '../measure/process-tree.ts'
import { Child, loadCore } from '../world/child.ts'
import { requireAnswer } from './require-answer.ts'
import { requestText, type Target } from './target.ts'

const connections = 16
/** wrk gets this long to make its requests and to report. */
const graceSeconds = 30

/** What a server did under full load. */
export interface Load {
  requestsPerSecond: number
  /** By the CPU time of all processes of the server: what varies least between runs. */
  requestsPerCpuSecond: number
}

/**
 * Sends as many requests as the server takes. wrk counts the answers that are neither 2xx nor 3xx, and
 * knows no more of them, so one request before the load shows what the answer is.
 * @param pid the server's process
 * @param folder for the list of cookies
 * @throws when that request is not answered as the target says; when answers of the load are of the
 * other kind, 2xx and 3xx being one; when there are none
 */
export async function fullLoad(
  pid: number,
  target: Target,
  seconds: number,
  folder: string,
  core = loadCore,
): Promise<Load> {
  const { origin, path, status } = target
  await requireAnswer(target)
  const command = [
    'timeout',
    String(seconds + graceSeconds),
    'wrk',
    '--threads=1',
    `--connections=${String(connections)}`,
    `--duration=${String(seconds)}s`,
    `--script=${writeScript(folder, target)}`,
    origin + path,
  ]
  const before = cpuMs(pid)
  const report = await new Child(command, { cores: [core], stdout: 'pipe' }).output()
  const cpuSeconds = (cpuMs(pid) - before) / 1_000
  const requests = numberIn(report, /(\d+) requests in/)
  const errors = numberIn(report, /Non-2xx or 3xx responses: (\d+)/)
  if (requests === 0 || errors !== (status < 400 ? 0 : requests)) {
    throw new Error(`${origin}${path}: other answers than ${String(status)}\n${report}`)
  }
  return {
    requestsPerSecond: numberIn(report, /Requests\/sec:\s+([\d.]+)/),
    requestsPerCpuSecond: requests / cpuSeconds,
  }
}

/** Makes all requests before the load begins: a text that is ready costs wrk nothing. */
function writeScript(folder: string, target: Target): string {
  const name = randomUUID()
  const list = join(folder, `${name}.txt`)
  const script = join(folder, `${name}.lua`)
  const { cookies } = target
  writeFileSync(list, cookies.join('\n'))
  const mark = '<the cookie>'
  const text = requestText(target, cookies.length > 0 ? mark : undefined)
  const [before = '', after = ''] = text.split(mark)
  writeFileSync(
    script,
    `local before, after = ${JSON.stringify(before)}, ${JSON.stringify(after)}
local requests, next = {}, 0
function init()
  for cookie in io.lines("${list}") do requests[#requests + 1] = before .. cookie .. after end
  if #requests == 0 then requests[1] = before end
end
function request()
  next = next % #requests + 1
  return requests[next]
end
`,
  )
  return script
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0)
}
