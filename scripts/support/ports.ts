import { connect, createServer } from 'node:net'
import { giveUp } from './say.ts'

const hosts = ['127.0.0.1', '::1']

/** The port in a variable of the environment. */
export function portFrom(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const port = Number(env[name] || fallback)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  return giveUp(`${name} is "${env[name] ?? ''}", but must be a port: a number from 1 to 65535.`)
}

/** Ends the command if another program uses the port. */
export async function requireFreePort(name: string, port: number): Promise<void> {
  for (const host of hosts) {
    if (await isTaken(host, port)) {
      const text = String(port)
      giveUp(
        `Port ${text} is in use by another program. End that program` +
          ` (find it with: lsof -i :${text}), or choose another port: ${name}=${String(port + 10)}`,
      )
    }
  }
}

function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      // Other errors, as on a machine without IPv6, do not mean that the port is taken.
      resolve(error.code === 'EADDRINUSE')
    })
    probe.listen(port, host, () =>
      probe.close(() => {
        resolve(false)
      }),
    )
  })
}

/** Whether a program accepts connections. Connects only: to listen would take the port. */
export function isAnswering(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    const settle = (answers: boolean) => {
      socket.destroy()
      resolve(answers)
    }
    socket.once('connect', () => {
      settle(true)
    })
    socket.once('error', () => {
      settle(false)
    })
  })
}
