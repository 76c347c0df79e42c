import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import { useSummary } from '../api/queries.ts'
import { useLanguage } from '../i18n/language.ts'
import { useFeed } from '../live/feed-provider.tsx'
import { WhoAmI } from '../session/who-am-i.tsx'
import { useReadsLine } from '../session/who-asks.ts'
import { AppearanceButtons } from './appearance-buttons.tsx'
import { LiveBadge } from './live-badge.tsx'
import { useShortcuts } from './shortcuts.ts'

const SECTIONS = ['alerts', 'map', 'gateways'] as const

export function Header() {
  const { t } = useLanguage()
  const [location] = useLocation()
  const readsLine = useReadsLine()
  const { openHelp } = useShortcuts()
  const { data: summary } = useSummary()
  const waiting = useFeed().waiting.length
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${t('title')}`
  }, [waiting, t])

  return (
    <header className="top">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <Link href="/alerts" className="brand" aria-label={t('product')}>
        <img src="/icon.svg" alt="" width="22" height="22" />
        <span>{t('product')}</span>
      </Link>
      <nav aria-label={t('nav.label')}>
        {SECTIONS.filter((section) => section !== 'gateways' || readsLine).map((section) => (
          <Link key={section} href={`/${section}`} aria-current={location.startsWith(`/${section}`) ? 'page' : undefined}>
            {t(`nav.${section}`)}
          </Link>
        ))}
      </nav>
      <span className="spring" />
      {summary?.demo && <span className="demo only-wide">{t('live.demo')}</span>}
      <LiveBadge />
      <div className="top-tools">
        <Button variant="default" size="xs" className="only-wide" onClick={openHelp} aria-keyshortcuts="?">
          {t('shell.keys')} <kbd className="key">?</kbd>
        </Button>
        <AppearanceButtons />
        <WhoAmI />
      </div>
    </header>
  )
}
