import { expect, test, vi } from 'vitest'
import { problem, signedIn, signedOut } from './support/answers.ts'
import { buttonNamed, linkNamed, openApp, settle } from './support/open-app.ts'

test('the signed-in person is welcomed by name', async () => {
  const { page } = await openApp('/', { '/api/session': signedIn() })
  expect(page.get('h1').text()).toBe('Welcome Adele Vance!')
  expect(page.text()).toContain('adele@contoso.example')
  expect(page.get('time').attributes('datetime')).toBe('2026-01-01T20:00:00Z')
})

test('each call is offered, and says when it will ask for consent', async () => {
  const { page } = await openApp('/', { '/api/session': signedIn() })
  expect(linkNamed(page, 'Call Microsoft Graph').attributes('href')).toBe('/result/me')
  const rows = page.findAll('.rows a')
  expect(rows.map((row) => row.attributes('href'))).toEqual([
    '/result/me/calendar',
    '/result/me/groups',
  ])
  expect(rows[0]?.text()).toContain('Asks for your consent')
  expect(rows[1]?.text()).not.toContain('Asks for your consent')
})

test('without calls there is nothing to call', async () => {
  const { page } = await openApp('/', { '/api/session': signedIn({ calls: [] }) })
  expect(page.text()).not.toContain('Call Microsoft Graph')
})

test('the photo is shown where there is one', async () => {
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:photo')
  const { page } = await openApp('/', {
    '/api/session': signedIn(),
    '/api/me/photo': { status: 200, body: new Blob(['photo'], { type: 'image/jpeg' }) },
  })
  expect(page.get('.avatar-large img').attributes('src')).toBe('blob:photo')
})

test('initials stand in for a missing photo, without a message', async () => {
  const { page } = await openApp('/', {
    '/api/session': signedIn(),
    '/api/me/photo': problem(404, 'not_found'),
  })
  expect(page.get('.avatar-large').text()).toBe('AV')
  expect(page.find('.notice').exists()).toBe(false)
})

test('a name of markup stays text', async () => {
  const name = '<img src=x onerror=alert(1)>'
  const user = { id: 'x', tenantId: 't', name, username: 'x@contoso.example' }
  const { page } = await openApp('/', { '/api/session': signedIn({ user }) })
  expect(page.get('h1').text()).toBe(`Welcome ${name}!`)
  expect(page.find('h1 img').exists()).toBe(false)
})

test('signing out hides the person, goes on to Microsoft, and is told once on the way back', async () => {
  const assign = vi.spyOn(window.location, 'assign').mockImplementation(() => undefined)
  const logoutUrl = 'https://login.example/logout'
  const { page, router, server } = await openApp('/', {
    '/api/session': signedIn(),
    'POST /auth/logout': { status: 200, body: JSON.stringify({ logoutUrl }) },
  })
  await buttonNamed(page, 'Sign out').trigger('click')
  await settle()
  expect(assign.mock.calls).toEqual([[logoutUrl]])
  expect(page.text()).not.toContain('Adele Vance')

  server.replies['/api/session'] = signedOut()
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  await settle()
  expect(router.currentRoute.value.path).toBe('/login')
  expect(page.get('.notice').text()).toBe('You are signed out.')

  const again = await openApp('/login', { '/api/session': signedOut() })
  expect(again.page.find('.notice').exists()).toBe(false)
})

test('a person whose sign-out failed is told so, and stays', async () => {
  const assign = vi.spyOn(window.location, 'assign').mockImplementation(() => undefined)
  const { page } = await openApp('/', {
    '/api/session': signedIn(),
    'POST /auth/logout': problem(503, 'store_unavailable'),
  })
  await buttonNamed(page, 'Sign out').trigger('click')
  await settle()
  expect(assign).not.toHaveBeenCalled()
  expect(page.text()).toContain('you are still signed in')
  expect(page.get('h1').text()).toBe('Welcome Adele Vance!')
})

test('switching the account asks Microsoft to show all of them', async () => {
  const { page } = await openApp('/', { '/api/session': signedIn() })
  const href = linkNamed(page, 'Switch account').attributes('href')
  expect(href).toBe('/auth/login?prompt=select_account')
})

test('a change of view moves the focus to its heading; the first view does not', async () => {
  const { page, router } = await openApp('/', { '/api/session': signedIn() })
  expect(document.activeElement).toBe(document.body)
  await router.push('/nowhere')
  await settle()
  expect(document.activeElement).toBe(page.get('h1').element)
  expect(page.get('h1').text()).toBe('Page not found')
})
