/** Words of the problems screens. Holds no others. */

export default {};
