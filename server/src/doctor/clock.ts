import type { AuthorityAnswer } from './authority.ts'
import type { Tell } from './finding.ts'

const warnAboveSeconds = 60
/** `entra/id-token.ts` refuses ID tokens beyond this. */
const failAboveSeconds = 5 * 60
const remedy = 'Set the clock of this machine by NTP. timedatectl shows its state.'

/** Compares the clock of this machine with the `Date` header of the authority's answer. */
export function checkClock(
  { date, askedAt }: Pick<AuthorityAnswer, 'date' | 'askedAt'>,
  tell: Tell,
): void {
  const entra = Date.parse(date ?? '')
  if (Number.isNaN(entra)) {
    tell.warn('the answer of the authority has no date to compare the clock with')
    return
  }
  const seconds = Math.round((askedAt - entra) / 1_000)
  const direction = seconds > 0 ? 'ahead of' : 'behind'
  const text = `the clock of this machine is ${String(Math.abs(seconds))} s ${direction} that of Entra`
  if (Math.abs(seconds) > failAboveSeconds) tell.fail(`${text}: no sign-in succeeds`, remedy)
  else if (Math.abs(seconds) > warnAboveSeconds) tell.warn(text, remedy)
  else tell.ok('the clock of this machine agrees with that of Entra')
}
