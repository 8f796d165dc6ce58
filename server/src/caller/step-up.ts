import type { Caller } from './caller.ts'

interface StepUp {
  authenticationContext?: string
  maxAgeSeconds?: number
}

/** Refuses each requirement of a step-up: this server cannot ask for one yet. */
export function requireStepUp(
  _caller: Caller,
  { authenticationContext, maxAgeSeconds }: StepUp,
): Promise<void> | undefined {
  if (authenticationContext === undefined && maxAgeSeconds === undefined) return undefined
  throw new Error('a route requires a step-up, which this server cannot ask for')
}
