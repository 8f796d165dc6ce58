import { LRUCache } from 'lru-cache'
import { Type } from 'typebox'
import type { Caller } from '../caller/caller.ts'
import { Failure } from '../failure.ts'
import { parseObject } from '../json.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import type { OutboundAnswer } from '../outbound/exchange.ts'
import { secondsOf } from '../retry-after.ts'
import { schemaCheck } from '../schema-check.ts'
import { callWithToken } from './call-with-token.ts'
import type { Call } from './calls.ts'
import type { DownstreamClient } from './client.ts'

/** What a check needs: for their own groups, people need no administrator. */
export const groupCheckScopes = ['User.Read']

/** How long an answer counts. Who leaves a group keeps its rights for so long. */
const keptMs = 5 * 60_000
const maxAnswers = 10_000

/**
 * Asks Microsoft Graph whether callers are in groups, for accounts in more groups than a token carries. It
 * asks about the one group in question: the answer is small, however many groups the account is in.
 * Source: Microsoft Graph, "directoryObject: checkMemberGroups", which counts nested groups too.
 */
export class GroupChecks {
  readonly #call: Call
  readonly #client: DownstreamClient
  /** Answers, and those under way, by the names of caller and group. */
  readonly #answers = new LRUCache<string, MaybePromise<boolean>>({
    max: maxAnswers,
    ttl: keptMs,
    // A read makes no timer.
    ttlResolution: 0,
  })

  /** @param graph origin of Microsoft Graph */
  constructor(graph: string, client: DownstreamClient) {
    this.#call = {
      id: 'checkMemberGroups',
      title: 'Groups of the caller',
      method: 'POST',
      resource: graph,
      path: '/v1.0/me/checkMemberGroups',
      scopes: groupCheckScopes,
      answer: 'json',
    }
    this.#client = client
  }

  /**
   * @param group an object id
   * @returns at once what Graph answered in the last five minutes
   * @throws {Failure} `upstream_error`, `upstream_timeout`, `upstream_too_large`, `upstream_throttled`, or why
   * there is no token
   */
  isMember(caller: Caller, group: string): MaybePromise<boolean> {
    const name = `${caller.name} ${group.toLowerCase()}`
    const known = this.#answers.get(name)
    if (known !== undefined) return known
    const asked = this.#ask(caller, group)
    this.#answers.set(name, asked)
    asked.then(
      (isMember) => this.#answers.set(name, isMember),
      () => {
        if (this.#answers.get(name) === asked) this.#answers.delete(name)
      },
    )
    return asked
  }

  async #ask(caller: Caller, group: string): Promise<boolean> {
    const request = {
      path: this.#call.path,
      headers: {},
      body: JSON.stringify({ groupIds: [group] }),
      // Several requests can wait for one answer: none of their connections ends it.
      connection: undefined,
    }
    const answer = await callWithToken(this.#call, caller, (accessToken) =>
      this.#client.send(this.#call, { ...request, accessToken }),
    )
    return isMemberIn(answer, group)
  }
}

/** Those of the groups in question that the account is in. */
const isBody = schemaCheck(Type.Object({ value: Type.Array(Type.String()) }))

/** @throws {Failure} for each answer that does not say yes or no */
function isMemberIn({ status, headers, body }: OutboundAnswer, group: string): boolean {
  const reason = `Graph answered ${String(status)} when asked for a group`
  if (status === 429) {
    throw notTold('upstream_throttled', reason, secondsOf(headers['retry-after']))
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
  code: 'upstream_error' | 'upstream_throttled',
  reason: string,
  retryAfterSeconds?: number,
): Failure {
  const publicDetail =
    'Microsoft Graph did not tell whether your account is in the group that this needs. Try again later.'
  return new Failure(code, reason, { retryAfterSeconds, publicDetail })
}
