import { AgendaReport, paths } from '@entra-bff/shared'
import { expect, test } from 'vitest'
import { json, problem, signedIn } from './support/answers.ts'
import { linkNamed, openApp, urgently } from './support/open-app.ts'

const report: AgendaReport = {
  preparedFor: 'Adele Vance',
  events: [{ subject: 'Design review', startsAt: '2026-01-02T09:00:00.0000000Z' }],
}

test('the agenda is offered to those with the role that it needs', async () => {
  const { page } = await openApp('/', { '/api/session': signedIn({ roles: ['Reports.Read'] }) })
  expect(linkNamed(page, 'Your agenda').attributes('href')).toBe('/agenda')
  const other = await openApp('/', { '/api/session': signedIn() })
  expect(other.page.text()).not.toContain('Your agenda')
})

test('the agenda shows what its route answers', async () => {
  const { page } = await openApp('/agenda', {
    '/api/session': signedIn(),
    [paths.agendaReport]: json(AgendaReport, report),
  })
  expect(page.get('h1').text()).toBe('Your agenda')
  expect(page.text()).toContain('Prepared for Adele Vance')
  expect(page.get('dt').text()).toBe('Design review')
})

test('a problem of an own page is shown and said, with the way out', async () => {
  const { page } = await openApp('/agenda', {
    '/api/session': signedIn(),
    [paths.agendaReport]: problem(403, 'consent_required', {
      login: '/auth/login?scopes=Calendars.Read',
    }),
  })
  expect(urgently(page)).toBe('Title of consent_required')
  expect(linkNamed(page, 'Give consent').attributes('href')).toBe(
    '/auth/login?scopes=Calendars.Read&returnTo=%2Fagenda',
  )
})
