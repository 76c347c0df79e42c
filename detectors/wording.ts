/** Numbers as they stand in sentences: two or three significant digits, no false precision. */
export function kw(watts: number): string {
  const kilowatts = watts / 1000
  return kilowatts >= 100
    ? kilowatts.toFixed(0)
    : kilowatts >= 10
      ? kilowatts.toFixed(1)
      : kilowatts.toFixed(kilowatts >= 1 ? 1 : 2)
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
