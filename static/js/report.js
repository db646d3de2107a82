/* The residents' form: a tap on the drawing chooses the village without leaving the page, the position only on demand. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-report]");
  if (!form) return;

  document.querySelectorAll("svg.pick a").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    form.elements.area.value = link.dataset.area;
    document.querySelectorAll("svg.pick a[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    form.elements.area.focus();
  }));

  /* Told before a slow network has carried in vain what would be refused. */
  const photos = form.elements.photos;
  const wrong = Object.assign(document.createElement("p"), { className: "error" });
  wrong.setAttribute("role", "alert");
  photos.after(wrong);
  photos.addEventListener("change", () => {
    const { most, mb } = photos.dataset;
    const large = [...photos.files].find((file) => file.size > mb * 1024 * 1024);
    wrong.textContent = photos.files.length > most ? `选了 ${photos.files.length} 张，最多 ${most} 张，请重新选。`
      : large ? `“${large.name}”超过 ${mb} MB，请换一张小一点的。` : "";
    if (wrong.textContent) photos.value = "";
  });

  const box = form.querySelector("[data-locate]");
  if (!box || !navigator.geolocation) return;
  const told = box.querySelector("[data-located]");
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => {
    told.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(6);
      form.elements.longitude.value = coords.longitude.toFixed(6);
      form.elements.accuracy.value = Math.round(coords.accuracy);
      told.textContent = `已加位置，约 ${Math.round(coords.accuracy)} 米`;
    }, () => { told.textContent = "没有定到位，可以不加。"; }, { enableHighAccuracy: true, timeout: 15000 });
  });
})();
