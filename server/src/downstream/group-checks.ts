import { LRUCache } from 'lru-cache'
import { Type } from 'typebox'
import type { Caller } from '../caller/caller.ts'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { Failure } from '../failure.ts'
import { parseObject } from '../json.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import { DeadlineError, type OutboundAnswer } from '../outbound/exchange.ts'
import { Outbound } from '../outbound/outbound.ts'
import { secondsOf } from '../retry-after.ts'
import { schemaCheck } from '../schema-check.ts'
import { challengedClaims } from './claims-challenge.ts'

/** What a check needs: for their own groups, people need no administrator. */
export const groupCheckScopes = ['User.Read']
const path = '/v1.0/me/checkMemberGroups'
const limits = { maxResponseSize: 64 * 1024, connections: 32, keepAliveTimeout: 30_000 }
const deadlineMs = 5_000

/** How long an answer counts. Who leaves a group keeps its rights for so long. */
const keptMs = 5 * 60_000
const maxAnswers = 10_000

/**
 * Asks Microsoft Graph whether callers are in groups, for accounts in more groups than a token carries. It
 * asks about the one group in question: the answer is small, however many groups the account is in.
 * Source: Microsoft Graph, "directoryObject: checkMemberGroups", which counts nested groups too.
 */
export class GroupChecks {
  readonly #graph: string
  readonly #outbound: Outbound
  /** Answers, and those under way, by the names of caller and group. */
  readonly #answers = new LRUCache<string, MaybePromise<boolean>>({
    max: maxAnswers,
    ttl: keptMs,
    // A read makes no timer.
    ttlResolution: 0,
  })

  /** @param graph origin of Microsoft Graph */
  constructor(graph: string, proxy: ProxySettings) {
    this.#graph = graph
    this.#outbound = new Outbound(limits, proxy)
  }

  /**
   * @param group an object id
   * @returns at once what Graph answered in the last five minutes
   * @throws {Failure} `upstream_error`, `upstream_timeout`, `upstream_throttled`, or why there is no token
   */
  isMember(caller: Caller, group: string): MaybePromise<boolean> {
    const name = `${caller.name} ${group.toLowerCase()}`
    const known = this.#answers.get(name)
    if (known !== undefined) return known
    const asked = this.#ask(caller, group)
    this.#answers.set(name, asked)
    asked.then(
      (isMember) => this.#answers.set(name, isMember),
      () => this.#answers.delete(name),
    )
    return asked
  }

  close(): Promise<void> {
    return this.#outbound.close()
  }

  async #ask(caller: Caller, group: string): Promise<boolean> {
    const token = await caller.tokenFor(groupCheckScopes)
    const answer = await this.#send(token, group)
    if (answer.status !== 401) return isMemberIn(answer, group)
    // As for each call: Graph can refuse a token that has not expired, and one new token is tried.
    const rejected = { token, claims: claimsOf(answer) }
    const second = await this.#send(await caller.tokenFor(groupCheckScopes, rejected), group)
    if (second.status !== 401) return isMemberIn(second, group)
    throw await caller.challenge('Graph refuses each token', claimsOf(second))
  }

  async #send(accessToken: string, group: string): Promise<OutboundAnswer> {
    const request = {
      origin: this.#graph,
      path,
      method: 'POST' as const,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ groupIds: [group] }),
    }
    try {
      return await this.#outbound.send(request, deadlineMs)
    } catch (cause) {
      const code = cause instanceof DeadlineError ? 'upstream_timeout' : 'upstream_error'
      throw notTold(code, 'Graph cannot be asked for a group', { cause })
    }
  }
}

function claimsOf({ headers }: OutboundAnswer): string | undefined {
  return challengedClaims(headers['www-authenticate'])
}

/** Those of the groups in question that the account is in. */
const isBody = schemaCheck(Type.Object({ value: Type.Array(Type.String()) }))

/** @throws {Failure} for each answer that does not say yes or no */
function isMemberIn({ status, headers, body }: OutboundAnswer, group: string): boolean {
  const reason = `Graph answered ${String(status)} when asked for a group`
  if (status === 429) {
    const retryAfterSeconds = secondsOf(headers['retry-after'])
    throw notTold('upstream_throttled', reason, { retryAfterSeconds })
  }
  if (status === 403) {
    throw notTold('upstream_error', `${reason}: grant the app GroupMember.Read.All`)
  }
  const answer = status === 200 ? parseObject(body.toString()) : undefined
  if (!isBody(answer)) throw notTold('upstream_error', reason)
  return answer.value.some((id) => id.toLowerCase() === group.toLowerCase())
}

/** Nobody gets in because Graph does not answer. */
function notTold(
  code: 'upstream_error' | 'upstream_timeout' | 'upstream_throttled',
  reason: string,
  options: { cause?: unknown; retryAfterSeconds?: number } = {},
): Failure {
  const publicDetail =
    'Microsoft Graph did not tell whether your account is in the group that this needs. Try again later.'
  return new Failure(code, reason, { ...options, publicDetail })
}
