/** Words of the land screens. Holds no others. */

export default {};
