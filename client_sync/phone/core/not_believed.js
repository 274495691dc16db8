/**
 * The failure of an answer that nothing trusted stands behind. Says why; never says what the answer claimed.
 */

/** Thrown where a signed object was due and something else came: a captive portal, a wrong server, a damaged line. */
export class NotBelieved extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = 'NotBelieved';
  }
}
