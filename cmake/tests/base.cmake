orrery_test(unit/base/document_test DEPENDS base)
orrery_test(unit/base/quantity_test DEPENDS base)
orrery_test(unit/base/reader_test DEPENDS base)
orrery_test(unit/base/units_test DEPENDS base)
