/** Why whoever holds a license cannot free a seat of it that was borrowed. */
export const BORROWED_SEAT_STAYS =
  "A borrowed seat works without a server until its end; only your vendor can take it back.";
