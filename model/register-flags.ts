/** Set in `flags` of a reading batch when the interval's energy is a difference of two register values. */
export const FLAG_REGISTER = 2
