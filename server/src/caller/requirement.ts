import type { FastifyRequest } from 'fastify'
import { isGuid } from '../config/guid.ts'
import type { StepUp } from '../entra/authentication.ts'
import { Failure } from '../failure.ts'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import { type Caller, requireCaller } from './caller.ts'
import { requireProof } from './step-up.ts'

/** What a row of the table or a route asks of its caller, besides a session. */
export interface Requirement extends StepUp {
  /** An app role: a value of the `roles` claim. */
  role?: string
  /** The object id of a group: a value of the `groups` claim. */
  group?: string
}

/** What is wrong with a requirement: the rest of a sentence that begins with the name of the row or route. */
export function* mistakesIn(requirement: Requirement): Generator<string> {
  const { role, group, authenticationContext, maxAgeSeconds } = requirement
  if ((role ?? group ?? authenticationContext ?? maxAgeSeconds) === undefined) {
    yield 'requires nothing: name a role, a group, an authenticationContext or maxAgeSeconds'
  }
  if (role !== undefined && !/^\S{1,120}$/.test(role)) {
    yield `requires "${role}", which is not the value of an app role`
  }
  if (group !== undefined && !isGuid(group)) {
    yield `requires "${group}", which is not the object id of a group, a GUID`
  }
  if (authenticationContext !== undefined && !/^c[1-9]\d?$/.test(authenticationContext)) {
    yield `requires "${authenticationContext}", which is not an authentication context, c1 to c99`
  }
  if (maxAgeSeconds !== undefined && !(Number.isSafeInteger(maxAgeSeconds) && maxAgeSeconds >= 0)) {
    yield `requires a sign-in of the last ${String(maxAgeSeconds)} seconds, which is not a whole number`
  }
}

/**
 * @returns undefined, not a promise, when nothing has to be asked of Entra or Graph
 * @throws {Failure} `forbidden` or `insufficient_user_authentication`
 */
export function requireAll(caller: Caller, requirement: Requirement): MaybePromise<undefined> {
  const { role, group } = requirement
  if (role !== undefined && !caller.hasRole(role)) throw lacksRole(role)
  if (group === undefined) return requireProof(caller, requirement)
  return andThen(caller.isInGroup(group), (isMember) => {
    if (!isMember) throw lacksGroup(group)
    return requireProof(caller, requirement)
  })
}

type Hook = (request: FastifyRequest, reply: unknown, next: (error?: Error) => void) => void

/** A hook that lets only a caller pass who has a session, and who fulfills the requirement. */
export function admit(requirement?: Requirement): Hook {
  return (request, _reply, next) => {
    const caller = requireCaller(request)
    const asked = requirement && requireAll(caller, requirement)
    if (!asked) {
      next()
      return
    }
    asked.then(() => {
      next()
    }, next)
  }
}

/**
 * A `preHandler` for a route below `/api`: only a caller with this app role gets past it.
 * @throws {TypeError} for a text that no app role can have: at the start, when the route is registered
 */
export function requireRole(role: string): Hook {
  return preHandlerOf({ role })
}

/**
 * A `preHandler` for a route below `/api`: only a caller in this group gets past it.
 * @throws {TypeError} for a text that is not an object id: at the start, when the route is registered
 */
export function requireGroup(group: string): Hook {
  return preHandlerOf({ group })
}

/**
 * A `preHandler` for a route below `/api`: only a caller gets past it whose sign-in was recent, or
 * satisfied an authentication context.
 * @throws {TypeError} for what no sign-in can prove: at the start, when the route is registered
 */
export function requireStepUp(stepUp: StepUp): Hook {
  return preHandlerOf(stepUp)
}

function preHandlerOf(requirement: Requirement): Hook {
  for (const mistake of mistakesIn(requirement)) throw new TypeError(`A route ${mistake}`)
  return admit(requirement)
}

function lacksRole(role: string): Failure {
  return new Failure('forbidden', `the caller lacks the app role ${role}`, {
    publicDetail: `This needs the app role ${role}, which your account does not have. An administrator can assign it: Microsoft Entra admin center, Enterprise apps, this app, Users and groups. Then sign in again.`,
  })
}

function lacksGroup(group: string): Failure {
  return new Failure('forbidden', `the caller is not in the group ${group}`, {
    publicDetail: `This is for members of the group ${group}, and your account is not one. An owner of the group or an administrator can add it: Microsoft Entra admin center, Groups. Then sign in again.`,
  })
}
