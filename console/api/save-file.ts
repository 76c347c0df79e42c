import { ApiError } from './get-json.ts'
import { tokenHeader } from './token.ts'

/** Fetches `path` with the operator's token and lets the browser save it as `name`; throws ApiError. */
export async function saveFile(path: string, name: string): Promise<void> {
  const response = await fetch(path, { headers: tokenHeader() })
  if (!response.ok) throw new ApiError(response.status, path, response.statusText)
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
