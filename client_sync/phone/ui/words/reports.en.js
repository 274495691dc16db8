/** Words of the reports screens. Holds no others. */

export default {};
