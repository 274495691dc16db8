/** Says that this browser knows no modules, in one that knows none. Knows nothing else. */
var place = document.getElementById('opening-words');
if (place) place.textContent =
  '这个浏览器太旧，打不开巡土。请更新系统浏览器或换用 Chrome、Edge 后再打开；已保存的记录不受影响。 ' +
  'This browser is too old for Xuntu. Update it, or use Chrome or Edge; what was saved is untouched.';
