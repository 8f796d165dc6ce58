import type { Child } from '../world/child.ts'
import type { World } from '../world/world.ts'

/** What a run knows before the servers of its table start. */
export interface Sample {
  /** What this server answers at `GET /api/session`, for servers that only imitate the answer. */
  sessionBody: string
  /** The headers that it adds to every answer. */
  addedHeaders: Readonly<Record<string, string>>
  /** The cookies of a session at this server, as a browser sends them. */
  cookie: string
}

/** A server that is measured: one line of the table. */
export interface BenchServer {
  name: string
  /** A quick run has this line, too. */
  quick?: true
  /** Why the line cannot be had on this machine, with the command that helps; undefined: it can. */
  missing?: string | undefined
  /** @param port where it shall listen on 127.0.0.1 */
  start: (world: World, sample: Sample, port: number) => Child
  /** A path that answers 200 as soon as the server serves. */
  ready: string
  /** Where a sign-in begins. Absent: nobody signs in, and the cookie of the sample is sent. */
  login?: string
  /** Tells who is signed in. */
  read: string
  /** Calls Graph with the token of the session. */
  me?: string
  /** A script of the page. Absent: the path that the world names. */
  asset?: string
}
