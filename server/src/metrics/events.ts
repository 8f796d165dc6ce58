import { Counter, type Registry } from 'prom-client'
import type { AuditEvent } from '../audit.ts'

/** @returns counts an event of the audit log */
export function countEvents(registry: Registry): (event: AuditEvent) => void {
  const registers = [registry]
  const signIns = new Counter({
    name: 'entra_bff_sign_ins_total',
    help: 'Sign-ins that ended, by method and outcome',
    labelNames: ['method', 'outcome'],
    registers,
  })
  const begun = new Counter({
    name: 'entra_bff_sessions_begun_total',
    help: 'Sessions that began',
    registers,
  })
  const ended = new Counter({
    name: 'entra_bff_sessions_ended_total',
    help: 'Sessions that somebody ended, by cause',
    labelNames: ['cause'],
    registers,
  })
  const refusals = new Counter({
    name: 'entra_bff_refusals_total',
    help: 'Requests that were turned away, by problem code',
    labelNames: ['code'],
    registers,
  })
  return (event) => {
    switch (event.audit) {
      case 'signed_in':
        signIns.inc({ method: event.method, outcome: 'success' })
        begun.inc()
        break
      case 'sign_in_failed':
        signIns.inc({ method: event.method, outcome: event.code })
        break
      case 'session_ended':
        ended.inc({ cause: event.cause })
        break
      case 'refused':
        refusals.inc({ code: event.code })
        break
      case 'device_login':
      case 'refresh_failed':
    }
  }
}
