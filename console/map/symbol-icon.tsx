import { allSymbols } from './symbols.ts'

const SYMBOLS = allSymbols()

/** A map symbol in running text, for legends and lists. */
export function SymbolIcon({ name, size = 18 }: { readonly name: string; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 25" aria-hidden="true" className="symbol">
      {(SYMBOLS.get(name) ?? []).map(({ path, fill, line, width }) => (
        <path
          key={path}
          d={path}
          fill={fill ? `var(--${fill})` : 'none'}
          stroke={line ? `var(--${line})` : 'none'}
          strokeWidth={width ?? 0}
        />
      ))}
    </svg>
  )
}
