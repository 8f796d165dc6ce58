import type { FastifyRequest } from 'fastify'
import { isGuid } from '../config/guid.ts'
import { Failure } from '../failure.ts'
import { type Caller, requireCaller } from './caller.ts'
import { requireStepUp } from './step-up.ts'

/** What a row of the table or a route asks of its caller, besides a session. */
export interface Requirement {
  /** An app role: a value of the `roles` claim. */
  role?: string
  /** The object id of a group: a value of the `groups` claim. */
  group?: string
  /** The authentication context that the sign-in must have satisfied, `c1` to `c99`: a value of the `acrs` claim. */
  authenticationContext?: string
  /** Seconds since the person last proved who they are, at most (`auth_time`). */
  maxAgeSeconds?: number
}

/**
 * @returns undefined, not a promise, when nothing has to be asked of Entra or Graph
 * @throws {Failure} `forbidden` or `insufficient_user_authentication`
 */
export function requireAll(caller: Caller, requirement: Requirement): Promise<void> | undefined {
  const { role, group } = requirement
  if (role !== undefined && !caller.hasRole(role)) throw lacksRole(role)
  if (group === undefined) return requireStepUp(caller, requirement)
  const goOn = (isMember: boolean) => {
    if (!isMember) throw lacksGroup(group)
    return requireStepUp(caller, requirement)
  }
  const isMember = caller.isInGroup(group)
  return isMember instanceof Promise ? isMember.then(goOn) : goOn(isMember)
}

type PreHandler = (request: FastifyRequest, reply: unknown, next: (error?: Error) => void) => void

/**
 * A `preHandler` for a route below `/api`: only a caller with this app role gets past it.
 * @throws {TypeError} for a text that no app role can have: at the start, when the route is registered
 */
export function requireRole(role: string): PreHandler {
  if (!/^\S{1,120}$/.test(role)) throw new TypeError(`"${role}" is not the value of an app role`)
  return preHandlerOf({ role })
}

/**
 * A `preHandler` for a route below `/api`: only a caller in this group gets past it.
 * @throws {TypeError} for a text that is not an object id: at the start, when the route is registered
 */
export function requireGroup(group: string): PreHandler {
  if (!isGuid(group)) throw new TypeError(`"${group}" is not the object id of a group, a GUID`)
  return preHandlerOf({ group })
}

function preHandlerOf(requirement: Requirement): PreHandler {
  return (request, _reply, next) => {
    const asked = requireAll(requireCaller(request), requirement)
    const goOn = () => {
      next()
    }
    if (asked) asked.then(goOn, next)
    else goOn()
  }
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
