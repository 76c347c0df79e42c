import type { ReactNode } from 'react'
import { saveFile } from '../api/save-file.ts'
import { readToken } from '../api/token.ts'

/** A file of the service to be saved as `name`. */
export function FileLink({
  path,
  name,
  children,
}: {
  readonly path: string
  readonly name: string
  readonly children: ReactNode
}) {
  return (
    <a
      href={path}
      download
      onClick={(event) => {
        if (readToken() === '') return
        // a link cannot carry the token
        event.preventDefault()
        void saveFile(path, name)
      }}
    >
      {children}
    </a>
  )
}
