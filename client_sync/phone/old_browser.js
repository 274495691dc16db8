/* Runs only in a browser that knows no modules, and says so. Knows nothing else. */
document.getElementById('opening-words').textContent =
  '这个浏览器太旧，打不开巡土。请更新系统浏览器或换用 Chrome、Edge 后再打开；已保存的记录不受影响。 ' +
  'This browser is too old for Xuntu. Update it, or use Chrome or Edge; what was saved is untouched.';
