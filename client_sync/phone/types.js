/**
 * Every shape that crosses a folder of the phone. Holds no code.
 *
 * Times are ISO 8601 text with an offset unless a name ends in `_ms`; lengths are metres, areas square metres, positions
 * degrees of the stated `crs` (x = lon). Digests are `sha256:<64 hex>`.
 */

/**
 * One answer of the positioning system, as it came.
 * @typedef {object} Fix
 * @property {number} lon
 * @property {number} lat
 * @property {number} accuracy_m radius that holds the true place with probability 0.68 (Android) or as the platform says
 * @property {number|null} altitude_m
 * @property {number|null} heading_deg course over ground, true north; null while standing
 * @property {string} fixed_at
 * @property {number} at_ms monotonic milliseconds, to order and age fixes whatever the clock does
 */

/**
 * `position` of a manifest.
 * @typedef {object} Position
 * @property {number} lon
 * @property {number} lat
 * @property {number} accuracy_m
 * @property {number|null} accuracy_p
 * @property {number} [fixes]
 * @property {number} [altitude_m]
 * @property {string} fixed_at
 * @property {"gnss"|"network"|"manual"} source
 * @property {boolean|null} mocked always null in a browser, which cannot know
 * @property {"wgs84"|"cgcs2000"|"gcj02"|"bd09"} crs
 */

/**
 * `view` of a manifest: where the camera looked.
 * @typedef {object} View
 * @property {number} azimuth_deg
 * @property {"true"|"magnetic"} azimuth_ref
 * @property {number} [azimuth_error_deg]
 * @property {number} [distance_m]
 */

/**
 * One photo of a draft: the manifest's entry, and why it came from the gallery if it did.
 * @typedef {object} DraftPhoto
 * @property {string} digest
 * @property {number} bytes
 * @property {string} media_type
 * @property {string} taken_at
 * @property {"panorama"|"near"|"interior"|"sign_board"|"document"|"signature"|string} kind
 * @property {Position|null} position
 * @property {View|null} view
 * @property {"camera"|"gallery"} source
 * @property {string} camera_api "image-capture", "canvas", "file-input", "gallery", "signature-pad"
 * @property {string} [gallery_reason]
 */

/**
 * A visit being recorded. Kept in `drafts` at every change; sealing turns it into an OutboxRecord.
 * @typedef {object} Draft
 * @property {string} id UUID of the report
 * @property {number} rev
 * @property {string|null} prev digest of the revision before, null iff rev is 1
 * @property {string} started_at
 * @property {string} updated_at
 * @property {string} step the screen step to resume at
 * @property {string|null} task_id
 * @property {string|null} parcel_id the claimed parcel's id on this phone (for drawing)
 * @property {string|null} parcel_claim the claimed parcel's code (for the manifest)
 * @property {string|null} captured_at when the visit was made: the first fix or photo
 * @property {Fix[]} fixes raw fixes collected while standing
 * @property {Position|null} position their average
 * @property {View|null} view
 * @property {DraftPhoto[]} photos
 * @property {object|null} sketch GeoJSON Polygon or MultiPolygon
 * @property {Record<string, any>|null} observation with `kind`
 * @property {Record<string, any>|null} onsite
 * @property {string|null} note
 * @property {{id: string, certificate_no: string|null}[]} also_present further inspectors
 */

/**
 * A sealed item and what the office said of it. `manifest` is the exact text that was signed.
 * @typedef {object} OutboxRecord
 * @property {number} [n] key, in the order of sealing
 * @property {"report"|"task_progress"} type
 * @property {string} id
 * @property {number} rev 1 for task_progress
 * @property {string} device_id
 * @property {number} seq
 * @property {string} digest
 * @property {string} manifest
 * @property {Signature|null} signature
 * @property {string[]} photos digests declared, in order
 * @property {"queued"|"received"|"complete"|"aside"} state
 * @property {"stored"|"held"|"quarantined"|null} current what the office keeps it as
 * @property {string[]} missing photo digests the office still wants
 * @property {ProblemShape|null} problem
 * @property {Signed[]} receipts every verified receipt, oldest first
 * @property {string|null} epoch the server epoch of the receipt that counts
 * @property {number} attempts
 * @property {number|null} retry_at_ms wall clock; null = at once
 * @property {string} queued_at
 * @property {string|null} received_at server time of the first receipt
 * @property {string|null} completed_at server time of the `complete` receipt that counts
 * @property {string|null} carried_at when it was last written into a carried file
 * @property {boolean} originals_removed
 * @property {ReportSummary} summary what lists show without parsing the manifest
 */

/**
 * @typedef {object} ReportSummary
 * @property {string} captured_at
 * @property {string|null} kind observation kind, null for task progress
 * @property {string|null} parcel_claim
 * @property {string|null} parcel_id
 * @property {string|null} task_id
 * @property {string|null} task_state for task_progress
 * @property {number|null} lon
 * @property {number|null} lat
 * @property {string|null} place words for the list: parcel name or code
 */

/**
 * @typedef {{key_id: string, alg: "Ed25519"|"ES256", value: string}} Signature
 * @typedef {{payload: string, signature: Signature}} Signed
 * @typedef {{type?: string, title?: string, status?: number, detail?: string, code: string, retry?: "never"|"later"|"after-change"}} ProblemShape
 * @typedef {{key_id: string, use: "receipt"|"checkpoint", alg: "Ed25519"|"ES256", spki: string, not_after?: string}} ServerKey
 */

/**
 * What a verified receipt says.
 * @typedef {object} Receipt
 * @property {string} id
 * @property {number} rev
 * @property {string} digest
 * @property {"received"|"complete"} state
 * @property {{declared: number, stored: number}} photos
 * @property {string} server_time
 * @property {string} server_epoch
 * @property {Signed} signed the exact object, kept
 */

/**
 * Something that happened to a record: the second argument of `next`.
 * @typedef {{type: "sealed", n?: number, device_id: string, seq: number, digest: string, manifest: string, signature: Signature|null, at: string, summary: ReportSummary}
 *   | {type: "answered", outcome: "stored"|"duplicate"|"held"|"quarantined", current: "stored"|"held"|"quarantined", missing: string[], problem: ProblemShape|null, receipt: Receipt}
 *   | {type: "refused", problem: ProblemShape}
 *   | {type: "too_large", problem: ProblemShape}
 *   | {type: "tried_again"}
 *   | {type: "not_believed", at_ms?: number, jitter?: number}
 *   | {type: "unreachable", at_ms: number, retry_after_ms: number|null, jitter: number}
 *   | {type: "unknown"}
 *   | {type: "photo_stored", digest: string}
 *   | {type: "photo_lost", digest: string}
 *   | {type: "epoch_changed", epoch: string}
 *   | {type: "carried", at: string}
 *   | {type: "originals_removed"}} Outcome
 */

/**
 * A stored photo; its bytes lie apart, in `photo_bytes`, under the same digest.
 * @typedef {object} PhotoRow
 * @property {string} digest
 * @property {number} bytes
 * @property {string} media_type
 * @property {string} taken_at
 * @property {"here"|"refused"|"uploaded"|"lost"} state refused: on this phone, and the office did not take it
 * @property {string|null} upload_url
 * @property {number} sent_bytes acknowledged by the server
 * @property {Refusal|null} [refusal] only while `refused`
 */

/**
 * Why the office did not take a photo, and what it took then: `limits` as JSON.
 * @typedef {{problem: ProblemShape & {max_bytes?: number}, at_ms: number, limits: string}} Refusal
 */

/**
 * Who this phone is. One row; `private_key` is a non-extractable CryptoKey kept beside it.
 * @typedef {object} Identity
 * @property {string} device_id
 * @property {string} token
 * @property {string} server origin it was enrolled with
 * @property {string} county
 * @property {{id: string, name: string, certificate_no: string|null}} inspector
 * @property {string|null} crew
 * @property {string[]} regions area codes
 * @property {string|null} carry_recipient
 * @property {Signed} enrolment
 * @property {ServerKey[]} server_keys
 * @property {string} epoch the current server epoch
 * @property {string[]} past_epochs
 * @property {Record<string, number>} limits
 * @property {{alg: "Ed25519"|"ES256", key_id: string}|null} key
 * @property {Record<string, string>} [region_names] what they are called, of those the office has names for
 * @property {number} next_seq
 * @property {string|null} chain digest of the newest sealed manifest of this device
 * @property {"ok"|"revoked"|"expired"|"reenrol"} standing
 * @property {number|null} server_offset_ms server clock minus phone clock, at the last sync
 * @property {string|null} last_sync_at
 */

/**
 * @typedef {{id: string, parcel_id: string, parcel_code: string, region: string, region_name?: string|null, reason: string, due_on: string, state: "open"|"started"|"done"|"impossible", programme: string|null, lon: number|null, lat: number|null, title: string}} Task
 * @typedef {{id: string, type: "lead"|"case", number: string, programme: string, matter: string, parcel_id: string, parcel_code: string, region: string, status: string, next_due: string|null, summary_zh: string, summary_en: string}} CaseNote
 * @typedef {{id: string, at: string, title_zh: string, title_en: string, text_zh: string, text_en: string, about: {type: string, id: string}|null, read?: boolean}} Notice
 * @typedef {{id: string, rev: number, digest: string, current: string, problem: ProblemShape|null, missing: string[], match: {state: "matched"|"review"|"none", parcel_id: string|null, parcel_code: string|null, probability: number|null, decided_by: "machine"|"person", reason_zh: string, reason_en: string}|null, lead: {id: string, number: string, programme: string, status: string}|null, case: {id: string, number: string, stage: string}|null}} ReportState
 * @typedef {{id: string, version_id: string, code: string, region: string, region_name?: string|null, name: string|null, holder: string|null, ownership: string|null, land_use: {scheme: string, code: string}|null, area_m2: number, area_method: string, valid_from: string, geometry: any, covered_by: {layer: string, id: string, share: number}[], bbox?: number[]}} Parcel
 * @typedef {{id: string, layer: string, code: string, name: string|null, attributes: Record<string, any>, valid_from: string, valid_to: string|null, geometry: any}} Feature
 * @typedef {{id: string, code: string, parcel_id: string, programme: string, kind: string, party: string|null, due_on: string|null, delivered_on: string|null, supply_no: string|null, contract_no: string|null, area_m2: number|null, attributes: Record<string, any>}} Duty
 * @typedef {{id: string, title_zh: string, title_en: string, text_zh: string, text_en: string, citation_zh: string, citation_en: string, reviewed: boolean, valid_from: string}} LawText
 */

/**
 * How far a sync round has come, for the one line the screen shows.
 * @typedef {object} SyncProgress
 * @property {"idle"|"pushing"|"uploading"|"receipts"|"pulling"|"package"|"done"|"failed"|"waiting"} phase
 * @property {number} done
 * @property {number} total
 * @property {string|null} problem_code key of the words that explain it (see ui/words)
 * @property {string|null} at
 */

/**
 * What every screen is handed. Made once in app.js.
 * @typedef {object} Phone
 * @property {import("./store/database.js").Database} db
 * @property {EventTarget} changes dispatches Event("outbox"|"drafts"|"work"|"land"|"identity"|"storage"|"sync") after a change, of other tabs too
 * @property {Identity|null} identity the newest read; screens re-read on "identity"
 * @property {{syncNow: (why: string) => Promise<void>, progress: SyncProgress}} sync
 * @property {import("./device/clock.js").Clock} clock
 * @property {{base_map: {tianditu_key: string}|null, app: {name: string, version: string}}} config
 * @property {{waiting: boolean, apply: () => void}} update whether a newer app waits, and the person's tap that takes it;
 *   Event("update") on `changes` when it has changed
 * @property {(path: string, how?: {replace?: boolean}) => void} go
 * @property {(parent: string) => void} back one screen back, or to `parent` where there is none
 * @property {(code: string) => Promise<void>} speak keeps the language and draws the screen anew
 */

export {};
