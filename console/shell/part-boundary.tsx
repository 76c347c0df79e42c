import { Component, type ReactNode } from 'react'
import { useLanguage } from '../i18n/language.ts'

interface Props {
  readonly children: ReactNode
}

/** Keeps a broken part from taking the page with it. */
export class PartBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error ? <Broken detail={error.message} onRetry={() => this.setState({ error: null })} /> : this.props.children
  }
}

function Broken({ detail, onRetry }: { readonly detail: string; readonly onRetry: () => void }) {
  const { t } = useLanguage()
  return (
    <div className="notice notice-bad" role="alert">
      <p>{t('error.broken', { detail })}</p>
      <button type="button" className="plain" onClick={onRetry}>
        {t('error.retry')}
      </button>
    </div>
  )
}
