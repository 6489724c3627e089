import { Credits } from "./credits.ts";
import type { Link } from "./link.ts";
import { OfflineUse } from "./offline-use.ts";
import { Seats } from "./seats.ts";

/** What one activation holds while the program runs: made once, however often the activation is asked for. */
export class Online {
  readonly link: Link;
  readonly seats: Seats;
  readonly credits: Credits;
  readonly offline: OfflineUse;

  constructor(link: Link) {
    this.link = link;
    this.seats = new Seats(link);
    this.credits = new Credits(link);
    this.offline = new OfflineUse(link);
  }
}
