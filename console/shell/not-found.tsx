import { Link } from 'wouter'
import { useLanguage } from '../i18n/language.ts'

export function NotFound() {
  const { t } = useLanguage()
  return (
    <main id="main" className="page" tabIndex={-1}>
      <h1>{t('error.notFound')}</h1>
      <p>
        <Link href="/alerts">{t('error.back')}</Link>
      </p>
    </main>
  )
}
