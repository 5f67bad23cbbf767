// Sorts a table by the column whose name is clicked; without it the page loses nothing else.
document.querySelectorAll("table.sortable").forEach(function (table) {
  table.querySelectorAll("th").forEach(function (head, column) {
    var button = document.createElement("button");
    var down = false;
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", function () {
      var body = table.tBodies[0];
      var key = function (row) { return row.cells[column].textContent.trim(); };
      var rows = Array.from(body.rows).sort(function (a, b) {
        var x = parseFloat(key(a)), y = parseFloat(key(b));
        if (isNaN(x) || isNaN(y)) { return key(a).localeCompare(key(b)); }
        return x - y;
      });
      if (down) { rows.reverse(); }
      down = !down;
      rows.forEach(function (row) { body.appendChild(row); });
    });
  });
});
