export const PASSWORD = '/password'
