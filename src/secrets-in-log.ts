/** Paths that pino leaves out, wherever a request or its body is logged. */
const NAMES = ['authorization', 'cookie', '["set-cookie"]', '["x-adit-csrf"]', 'password', 'newPassword', 'code', 'token']

export const SECRETS = NAMES.flatMap((name) => {
  const below = name.startsWith('[') ? name : `.${name}`
  return [name, `*${below}`, `*.*${below}`]
})
