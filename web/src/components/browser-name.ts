import { sessionsTexts } from '../texts/sessions.ts'

type Name = readonly [pattern: RegExp, name: string]

/** The first match counts: for compatibility, most browsers name other browsers as well. */
const browsers: readonly Name[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: readonly Name[] = [
  [/\bWindows\b/, 'Windows'],
  [/\b(iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]
const maxCharacters = 80

/** The browser's usual name and system; for an unknown browser the start of its `User-Agent`. */
export function browserName(userAgent: string) {
  const [browser, system] = [nameIn(browsers, userAgent), nameIn(systems, userAgent)]
  if (browser && system) return sessionsTexts.browser(browser, system)
  return userAgent.slice(0, maxCharacters) || sessionsTexts.unknownBrowser
}

function nameIn(names: readonly Name[], userAgent: string) {
  return names.find(([pattern]) => pattern.test(userAgent))?.[1]
}
