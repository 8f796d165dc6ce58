import type { Exchange } from '../http/exchange.ts'
import type { EntraState } from '../state.ts'
import type { Caller } from './caller.ts'

/** A request to Graph, with a valid token. */
export interface GraphCall {
  state: EntraState
  exchange: Exchange
  caller: Caller
  origin: string
}
