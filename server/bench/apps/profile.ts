import { Pool } from 'undici'
import { settings } from './settings.ts'

const graph = new URL(settings.endpoint)
const pool = new Pool(graph.origin)

/** Asks the stand-in for Graph for the profile. */
export function requestProfile(authorization: string) {
  return pool.request({ method: 'GET', path: graph.pathname, headers: { authorization } })
}
